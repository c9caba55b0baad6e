"""Domain types: what everything else speaks. numpy only."""
