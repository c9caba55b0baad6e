"""The method on arrays: SegX, alignments, SegU. numpy and scipy only."""
