/// Where the generated chain has its stores.
struct Region {
    let name: String
    /// The zone of its stores.
    let timeZone: String
    /// Its share of the terminals, in percent.
    let share: Int
    let cities: [City]
}

struct City {
    let name: String
    /// Three letters, as they stand in the ids of its stores.
    let code: String

    init(_ name: String, _ code: String) {
        self.name = name
        self.code = code
    }
}

extension Region {
    /// The seven regions of the sample fleet.
    static let all = [
        Region(
            name: "northeast", timeZone: "America/New_York", share: 22,
            cities: [
                City("New York, NY", "nyc"), City("Boston, MA", "bos"), City("Philadelphia, PA", "phl"),
                City("Newark, NJ", "ewr"), City("Providence, RI", "pvd"), City("Hartford, CT", "hfd"),
                City("Buffalo, NY", "buf"), City("Pittsburgh, PA", "pit"),
            ]),
        Region(
            name: "southeast", timeZone: "America/New_York", share: 18,
            cities: [
                City("Miami, FL", "mia"), City("Atlanta, GA", "atl"), City("Charlotte, NC", "clt"),
                City("Orlando, FL", "orl"), City("Tampa, FL", "tpa"), City("Raleigh, NC", "rdu"),
                City("Richmond, VA", "ric"),
            ]),
        Region(
            name: "midwest", timeZone: "America/Chicago", share: 18,
            cities: [
                City("Chicago, IL", "chi"), City("Minneapolis, MN", "msp"), City("St. Louis, MO", "stl"),
                City("Kansas City, MO", "mkc"), City("Milwaukee, WI", "mke"), City("Omaha, NE", "oma"),
                City("Des Moines, IA", "dsm"),
            ]),
        Region(
            name: "southwest", timeZone: "America/Chicago", share: 14,
            cities: [
                City("Austin, TX", "aus"), City("Dallas, TX", "dal"), City("Houston, TX", "hou"),
                City("San Antonio, TX", "sat"), City("Oklahoma City, OK", "okc"), City("New Orleans, LA", "msy"),
            ]),
        Region(
            name: "mountain", timeZone: "America/Denver", share: 8,
            cities: [
                City("Denver, CO", "den"), City("Salt Lake City, UT", "slc"), City("Albuquerque, NM", "abq"),
                City("Colorado Springs, CO", "cos"), City("Billings, MT", "bil"),
            ]),
        Region(
            name: "west", timeZone: "America/Los_Angeles", share: 14,
            cities: [
                City("Los Angeles, CA", "la"), City("San Francisco, CA", "sfo"), City("San Diego, CA", "san"),
                City("Las Vegas, NV", "las"), City("Sacramento, CA", "sac"), City("Fresno, CA", "fat"),
            ]),
        Region(
            name: "northwest", timeZone: "America/Los_Angeles", share: 6,
            cities: [
                City("Seattle, WA", "sea"), City("Portland, OR", "pdx"), City("Spokane, WA", "geg"),
                City("Tacoma, WA", "tac"),
            ]),
    ]
}
