"""Stand-in Pulumi providers: the real engine attaches to them, and they create real things in the lab's emulators."""
