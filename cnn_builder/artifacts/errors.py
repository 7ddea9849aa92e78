"""What can go wrong with the files under the artifacts' URL; each error is one line for the user.

CnnBuilderError
└── ArtifactsError           the files cannot be read or written there
    ├── ArtifactsUnreachable     it does not answer, or does not let us in: trying again may help
    └── ArtifactsConflict        another process has put newer files there meanwhile
"""

from cnn_builder.architecture.errors import CnnBuilderError


class ArtifactsError(CnnBuilderError):
    """Files cannot be read or written under the artifacts' URL."""


class ArtifactsUnreachable(ArtifactsError):
    """The URL does not answer, has no such bucket, or its keys are refused; nothing that was there is lost."""


class ArtifactsConflict(ArtifactsError):
    """Another process put newer files there than the ones this one began with: its own are not put over them."""
