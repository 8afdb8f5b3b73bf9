// FleetCoreTests
