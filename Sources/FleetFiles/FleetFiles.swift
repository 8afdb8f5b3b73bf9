// FleetFiles
