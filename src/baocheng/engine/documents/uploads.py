"""Receive the body of an upload without letting one huge file fill memory or disk."""

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class BoundedUpload(TemporaryFileUploadHandler):
    """Write at most the size limit of each file; what comes behind is counted and dropped.

    The file keeps its true size, so it is refused by itself later while the others of the same
    request are kept.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        room = settings.DOCUMENT_SIZE_MAX - start
        if room > 0:
            super().receive_data_chunk(raw_data[:room], start)
