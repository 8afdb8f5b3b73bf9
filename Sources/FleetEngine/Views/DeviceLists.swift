import FleetCore

/// Sorted, filtered lists of devices, kept between two views as long as they are true.
struct DeviceLists {
}
