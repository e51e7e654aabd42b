"""Known names without monographs, from a catalogue in CSV."""
