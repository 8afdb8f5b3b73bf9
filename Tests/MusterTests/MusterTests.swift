// MusterTests
