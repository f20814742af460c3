/// A span of time as SQL keeps it: months, days and microseconds apart.

/// PostgreSQL's interval: the three parts do not convert into each other until they are compared.
@frozen package struct Interval: Hashable, Sendable {
    package var months: Int32
    package var days: Int32
    package var micros: Int64

    package init(months: Int32 = 0, days: Int32 = 0, micros: Int64 = 0) {
        self.months = months
        self.days = days
        self.micros = micros
    }

    /// The length that comparisons use: a month is 30 days, a day 24 hours (PostgreSQL, interval_cmp_value).
    package var comparisonMicros: Int128 {
        (Int128(months) * 30 + Int128(days)) * 86_400_000_000 + Int128(micros)
    }
}
