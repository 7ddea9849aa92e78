"""CNN Builder. Start it with ``streamlit run app.py``.

The server imports this file once, for its routes; then it runs it at every visit of a page.
"""

import streamlit as st

if __name__ == "__main__":
    from cnn_builder.ui.frame import run_page

    run_page()
else:
    from cnn_builder.ui.metrics_route import metrics_route

    app = st.App(__file__, routes=[metrics_route()])
