"""What every feature stands on: access marks, sessions, limits, headers, forms, filters, error pages."""
