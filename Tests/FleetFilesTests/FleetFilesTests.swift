// FleetFilesTests
