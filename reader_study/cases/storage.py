from django.conf import settings

from inference.objects import ObjectStore


def store() -> ObjectStore:
    """The object store of this installation; the address of every DICOM file and derived volume."""
    return ObjectStore(settings.OBJECT_STORE)
