"""Live updates: one stream per browser, one hub per web process."""
