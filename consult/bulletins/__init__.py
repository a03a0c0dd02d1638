"""Public-opinion bulletins: built in the background, signed off by a person, then published."""
