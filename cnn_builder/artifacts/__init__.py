"""Files under one URL that several machines share: a folder, or a bucket of an S3-compatible server.

Each machine works with copies in its own home. docs/decisions/0027-files-under-one-url.md says why it is so.
"""
