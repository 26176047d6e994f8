"""Reports: one builder per page turns answers into blocks that every face draws."""
