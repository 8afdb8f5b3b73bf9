// FleetSimulatorTests
