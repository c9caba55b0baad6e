"""Archives (PACS): DICOMweb (PS3.18) and DIMSE (PS3.7), what is fetched from them, sent to them and received.

Nothing here opens a socket unless a server was configured and is asked. What needs `dicomweb-client` and `pynetdicom`
(the extra ``pacs``) is imported by the call that needs it.
"""
