"""What every floor stands on: languages, theme, settings, pictures of arrays, kept results, commands as rows."""
