// FleetJournal
