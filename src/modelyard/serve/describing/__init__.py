"""What each protocol does, as OpenAPI tells it: a file each, made from the bundles' signatures."""
