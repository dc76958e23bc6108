"""Who we have heard from: of every kind of co-op, in every strand, with and without what came through doors."""
