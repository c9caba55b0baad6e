"""Many images: what is read, what is written, what is done already; on one machine or on many (Dask)."""
