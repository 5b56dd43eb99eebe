"""Who may ask, how much and from where: all that is settled before a request reaches its path."""
