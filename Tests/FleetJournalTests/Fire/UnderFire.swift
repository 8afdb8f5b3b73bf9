import Testing

/// What is done to real journals on real files: one thing after the other, since a test that waits for a process holds a
/// thread, and the tests of the other rooms have time limits.
@Suite(.serialized) enum UnderFire {}
