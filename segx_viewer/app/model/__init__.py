"""What is open, how it is looked at, and what the reader noted: values and signals, no widgets."""
