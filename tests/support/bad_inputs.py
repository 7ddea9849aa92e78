"""What the app promises of bad inputs, and the tests of each promise. `scripts/bad_inputs.py` makes a page of it."""

from dataclasses import dataclass, field

WAYS = ("reader", "page", "command line")
"""The function that both others use; a page, in a script test or Chromium; the command line."""


@dataclass(frozen=True)
class Promise:
    """A bad input, what is said of it, and its tests by way: `file::test`, with a part of the case's name behind a ~.

    A file is in `tests/unit` unless it says otherwise.

    `only` says why a way has none.
    """

    group: str
    text: str
    tests: dict[str, tuple[str, ...]] = field(default_factory=dict)
    only: str = ""


_OPENING = "architecture/test_opening.py::test_a_description_that_cannot_be_used_says_why"
_KERAS = "architecture/test_opening.py::test_a_keras_file_that_cannot_be_used_says_why"
_WEIGHTS = "runs/test_model_files.py::test_bad_weights_are_told_in_one_line_that_names_the_layer"
_DESCRIBED = "runs/test_model_files.py::test_a_bad_description_is_told_in_one_line"
_BUILD = "ui/test_bad_inputs_page.py::test_build_says_what_is_wrong_with_a_file_and_keeps_the_network"
_SPEC = "cli/test_bad_networks.py::test_the_command_line_says_what_is_wrong"
_CODE = "architecture/test_code_reader.py"
_REFUSED = "data/test_bad_data.py::test_it_is_refused_in_one_line_and_nothing_is_kept"
_SAID = "data/test_bad_data.py::test_the_command_line_says_the_same"
_DATA = "ui/test_bad_inputs_page.py::test_data_says_what_is_wrong_with_a_file_and_keeps_nothing"
_SKIPPED = "data/test_bad_data.py::test_a_bad_picture_among_good_ones_is_skipped_and_told"
_ADDED = "ui/test_bad_inputs_page.py::test_data_says_which_pictures_were_not_added"
_MODEL = "ui/test_model_import_page.py::test_a_bad_model_is_told_on_both_pages_and_nothing_is_kept"
_IMPORT = "tests/process/test_model_import_process.py::test_a_bad_file_is_one_line_and_leaves_nothing"
_SETTINGS = "ui/test_train_settings.py::test_numbers_out_of_range_are_told_and_never_trained"
_OPTIONS = "cli/test_cli.py::test_training_settings_are_checked_before_a_run_is_made"
_DRAWN = "data/test_prepare_drawings.py"
_READ = "ui/test_prediction.py"

_MODELS, _NETWORKS, _SETS = "Model files and pasted code", "Architectures and settings", "Data"
_DRAWINGS, _USERS = "Drawings", "Names, links, users"


def _network(line: int) -> dict[str, tuple[str, ...]]:
    """Opened on Build, and as a SPEC."""
    return {"page": (_BUILD,), "command line": (f"{_SPEC}~{line}: ",)}


PROMISES: dict[int, Promise] = {
    1: Promise(_MODELS, "A Lambda layer in `.keras`, `.h5` or JSON: layers with custom code are not allowed",
               {"reader": (f"{_OPENING}~a lambda", f"{_DESCRIBED}~1 "), **_network(1)}),
    2: Promise(_MODELS, "A description that names a function or module (`os.system`): unknown layer, or no name of an "
               "activation", {"reader": (f"{_DESCRIBED}~2 ", f"{_OPENING}~a foreign module"), **_network(2)}),
    3: Promise(_MODELS, "A layer that reads files, TFSMLayer, TorchModuleWrapper: not supported",
               {"reader": (f"{_DESCRIBED}~3 ", f"{_OPENING}~a nested load"), **_network(3)}),
    4: Promise(_MODELS, "HDF5 with external or soft links, external storage, virtual data sets: links outside itself",
               {"reader": (f"{_WEIGHTS}~4 ",), **_network(4)}),
    5: Promise(_MODELS, "Declares 1 GB of weights and holds 11 kB: says so",
               {"reader": (f"{_DESCRIBED}~5 ", f"{_WEIGHTS}~5 "), **_network(5)}),
    6: Promise(_MODELS, "`config.json` over 1 MB, JSON nested 20,000 deep or of very many values: too large, too deep",
               {"reader": (f"{_KERAS}~a large config", f"{_DESCRIBED}~6 ", "architecture/test_opening.py::"
                           "test_json_of_very_many_values_is_refused_before_it_is_read"), **_network(6)}),
    7: Promise(_MODELS, "No `config.json`, no weights, a weight of the wrong shape: the layer, expected and found",
               {"reader": (f"{_WEIGHTS}~7 ", f"{_KERAS}~no config"), "page": (_BUILD, _MODEL),
                "command line": (f"{_SPEC}~7: ", _IMPORT)}),
    8: Promise(_MODELS, "Layers that form a loop or branch: one stack only",
               {"reader": (f"{_DESCRIBED}~8 ", f"{_OPENING}~a shared layer"), **_network(8)}),
    9: Promise(_MODELS, "Made by a newer version: says which", {"reader": (f"{_KERAS}~a newer Keras",), **_network(9)}),
    10: Promise(_MODELS, "Code: a syntax error, a call that cannot be read, branches, unknown layers: line and column; "
                "no code is ever run", {"reader": (f"{_CODE}::test_what_cannot_be_read_names_the_line",
                                                f"{_CODE}::test_code_is_never_run"), **_network(10)}),
    11: Promise(_MODELS, "10,000 layers: at most 100; two layers of one name",
                {"reader": (f"{_DESCRIBED}~11 ",), **_network(11)}),
    12: Promise(_MODELS, "Code or JSON of 10 MB: too long",
                {"reader": (f"{_DESCRIBED}~12 ", "architecture/test_opening.py::"
                            "test_a_notebook_with_very_much_or_very_deep_code_ends_at_once"), **_network(12)}),
    13: Promise(_NETWORKS, "A map that shrinks below 1×1, Dense on a map, Conv2D on a vector: told, with repairs",
                {"reader": ("architecture/test_trace.py::test_misfits_are_told_in_words",
                            "architecture/test_trace.py::test_a_stride_larger_than_the_input_is_a_warning"),
                 "page": ("ui/test_build_script.py::test_a_layer_that_does_not_fit_is_repaired_in_one_click",),
                 "command line": ("cli/test_cli.py::"
                                  "test_a_misfit_is_told_in_the_trace_with_repairs_that_fit",)}),
    14: Promise(_NETWORKS, "Units, filters, kernel, stride ≤ 0, not whole, boolean, text, NaN, infinite: field, "
                "expected, received", {"reader": ("architecture/test_architecture.py::"
                                        "test_a_number_wrong_by_itself_names_field_expected_and_received",),
                             "page": (_BUILD, "ui/test_build_script.py::"
                                      "test_a_wrong_setting_is_told_and_the_old_value_stays"),
                             "command line": (f"{_SPEC}~14: ",)}),
    15: Promise(_NETWORKS, "Dense(200,000,000): what it needs, and the limit",
                {"reader": ("runs/test_settings_checks.py::test_a_huge_layer_names_what_it_needs_and_the_limit",),
                 "page": ("ui/test_bad_inputs_page.py::test_train_says_what_a_huge_layer_needs",),
                 "command line": ("cli/test_bad_networks.py::test_a_huge_layer_is_told_before_it_is_trained",)}),
    16: Promise(_NETWORKS, "10⁹ epochs, batch 0, learning rate 0, −1 or NaN, a split that leaves nothing or no image "
                "of a class: told before a run is made",
                {"reader": ("runs/test_run_settings.py::test_errors_name_field_expected_and_received",
                            "runs/test_settings_checks.py::test_a_class_left_out_of_training_blocks_and_names_it"),
                 "page": (_SETTINGS,), "command line": (_OPTIONS,)}),
    17: Promise(_NETWORKS, "Units unlike the number of classes, an input unlike the images: a warning on Build, an "
                "error on Train, mended in one click",
                {"reader": ("runs/test_settings_checks.py::"
                            "test_a_network_unlike_the_data_set_is_mended_in_one_click",),
                 "page": ("ui/test_build_script.py::test_outputs_unlike_the_classes_are_mended_in_one_click",
                          "ui/test_train_form.py::test_a_blocked_run_is_mended_by_its_button"),
                 "command line": ("cli/test_cli.py::test_what_cannot_train_is_told_with_its_fix",)}),
    18: Promise(_SETS, "Zip: bomb, `../`, absolute, UNC, link, a name twice, 100,000 members, encrypted, cut short, "
                "empty, no zip, a zip inside", {"reader": (f"{_REFUSED}~zip: ",), "page": (_DATA,),
                                         "command line": (f"{_SAID}~zip: ",)}),
    19: Promise(_SETS, "npz, CSV, IDX: pickled objects, a header of terabytes, wrong keys, lengths or labels, NaN, one "
                "class, values outside 0…255",
                {"reader": (f"{_REFUSED}~npz: ", f"{_REFUSED}~csv: ", f"{_REFUSED}~idx: "), "page": (_DATA,),
                 "command line": (f"{_SAID}~npz: ", f"{_SAID}~csv: ", f"{_SAID}~idx: ")}),
    20: Promise(_SETS, "Pictures: 30,000² and 12,000² pixels, animated, CMYK, 16 bit, palette, EXIF-rotated, SVG or "
                "HTML as .png, cut short, 1×1, of different sizes: read, or skipped and told",
                {"reader": (_SKIPPED, "data/test_bad_data.py::test_different_sizes_are_resized_and_said",
                            "data/test_bad_data.py::test_texts_in_a_picture_are_not_unpacked_without_end",
                            "tests/process/test_read_apart.py::"
                            "test_a_large_picture_that_is_damaged_or_too_large_is_told_in_words"),
                 "page": (_ADDED, f"{_READ}::test_a_file_that_is_no_picture_is_refused"),
                 "command line": ("cli/test_cli_predict.py::test_a_file_that_is_no_picture_is_an_error",)}),
    21: Promise(_SETS, "A class of one image, empty folders, other files among images: skipped and counted",
                {"reader": ("data/test_bad_data.py::"
                            "test_a_class_of_one_image_trains_and_an_empty_folder_is_counted",)},
                "The page and the command line show the notes that the import keeps."),
    22: Promise(_SETS, "Very many uploads, an upload of more than 200 MB, a full disk: the limit",
                {"reader": ("data/test_bad_data.py::test_the_disk_and_the_number_of_data_sets_have_limits",
                            "ui/test_data_script.py::test_a_gathering_keeps_its_images_and_its_limits",
                            "runs/test_model_files.py::test_the_upload_limit_is_streamlits_own"),
                 "page": (_DATA,), "command line": (f"{_SAID}~too large an upload",)}),
    23: Promise(_DRAWINGS, "Blank, one dot, all black, off-centre, tiny, very thin or thick: refused, or a warning",
                {"reader": (f"{_DRAWN}::test_a_dot_is_refused", f"{_DRAWN}::test_blank_is_refused_by_all",
                            f"{_DRAWN}::test_all_covered_is_refused", f"{_DRAWN}::test_what_is_odd_is_warned_of"),
                 "page": (f"{_READ}::test_blank_and_covered_are_refused_without_asking_the_model",
                          f"{_READ}::test_a_dot_is_refused", f"{_READ}::test_a_warning_takes_the_certainty_away"),
                 "command line": ("cli/test_cli_predict.py::"
                                  "test_a_blank_image_is_refused_without_asking_the_model",)}),
    24: Promise(_USERS, "`<script>`, right-to-left and control characters, a 10 MB name, NUL: escaped, or refused with "
                "the limit", {"reader": ("project/test_escaping.py::test_what_users_write_is_escaped",
                                     "documents/test_library.py::test_a_name_that_is_refused_changes_nothing"),
                          "page": (_BUILD, "ui/test_build_script.py::test_a_name_with_markup_is_shown_as_text",
                                   "ui/test_data_script.py::test_a_name_that_cannot_be_used_is_told"),
                          "command line": (f"{_SPEC}~24: ", "cli/test_cli_runs.py::test_name_notes_and_tags")}),
    25: Promise(_USERS, "`=cmd|…` as a run's name: written to CSV with an apostrophe before it",
                {"reader": ("ui/test_compare.py::test_the_csv_runs_nothing_in_a_spreadsheet",)},
                "The table of runs as CSV is made on one page."),
    26: Promise(_USERS, "A share link cut short, changed, of a newer version or 1 MB long: damaged; the stack is kept",
                {"reader": ("architecture/test_link.py::test_a_damaged_link_is_told",
                            "architecture/test_link.py::test_a_link_cut_short_is_refused"),
                 "page": ("ui/test_build_script.py::test_a_damaged_link_is_told_and_the_stack_kept",)},
                "The command line takes no links."),
    27: Promise(_USERS, "An unknown run's id: run not found. A forged Host, Origin or identity: refused, or ignored",
                {"page": ("ui/test_train_form.py::test_an_unknown_run_is_said",
                          "tests/browser/test_foreign_headers.py::test_a_page_of_another_site_gets_no_session",
                          "tests/browser/test_foreign_headers.py::test_a_forged_identity_changes_nothing"),
                 "command line": ("cli/test_cli.py::test_predict_with_an_unknown_run_is_one_line",)}),
    28: Promise(_USERS, "Train clicked twice, two tabs on one run, the browser's way back: one run, no error",
                {"reader": ("runs/test_store.py::test_clicks_at_once_make_one_run",),
                 "page": ("ui/test_start_script.py::"
                          "test_one_button_trains_the_first_reader_and_two_tabs_make_one_run",
                          "tests/browser/test_build_document.py::test_the_way_back_leads_from_page_to_page_and_out")},
                "It is about clicks."),
}  # fmt: skip
"""By its number; numbers stay."""
