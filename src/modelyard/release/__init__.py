"""From something trained to a release: the bundle, its card, the gates and the yard."""
