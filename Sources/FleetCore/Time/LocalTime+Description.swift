extension LocalDate {
    public var description: String { "\(year)-\(month)-\(day)" }
}

extension LocalDateTime {
    public var description: String { "\(date)T\(secondOfDay)" }
}
