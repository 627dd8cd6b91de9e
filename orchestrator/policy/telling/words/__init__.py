"""Words for people, each made in one place from codes and values."""
