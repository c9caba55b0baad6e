"""What a network is: architectures, weights, programs and compiled graphs, and one pass through any of them."""
