"""Is an explanation to be trusted: deletion and insertion, randomised parameters, sensitivity, seeds."""
