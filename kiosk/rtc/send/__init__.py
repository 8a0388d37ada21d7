"""What a terminal sends: how much, how large and how often, and in which order it leaves. See docs/adr/0010."""
