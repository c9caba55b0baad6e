"""From a picture to a prediction, a region and an attribution: what is asked of a bundle's networks."""
