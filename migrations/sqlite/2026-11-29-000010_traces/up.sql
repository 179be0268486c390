-- Of which trace an event is a part: 16 bytes of the trace's id, 8 of the span's that caused it, one of flags.
ALTER TABLE events ADD COLUMN trace_context BLOB;
