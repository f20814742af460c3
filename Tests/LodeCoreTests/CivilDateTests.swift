// Day numbers and the calendar.

import LodeCore
import Testing

@Suite struct CivilDateTests {
    @Test(
        arguments: [
            (0, 1970, 1, 1), (-1, 1969, 12, 31), (11_016, 2000, 2, 29), (-719_528, 0, 1, 1), (2_932_896, 9999, 12, 31),
            (CivilDate.calendar.lowerBound, -4713, 11, 24), (CivilDate.calendar.upperBound, 5_874_897, 12, 31),
        ] as [(Int64, Int64, Int, Int)])
    func `known days`(number: Int64, year: Int64, month: Int, day: Int) {
        let civil = CivilDate.civil(fromDays: number)
        #expect(civil.year == year && civil.month == month && civil.day == day)
        #expect(CivilDate.days(year: year, month: month, day: day) == number)
    }

    @Test func `every day of 800 years follows the day before`() {
        var (year, month, day) = (Int64(1600), 1, 1)
        let first = CivilDate.days(year: year, month: month, day: day)
        for number in first..<first + 2 * 146_097 {
            let civil = CivilDate.civil(fromDays: number)
            guard civil.year == year, civil.month == month, civil.day == day else {
                Issue.record("day \(number) is \(civil), not \(year)-\(month)-\(day)")
                return
            }
            day += 1
            if day > CivilDate.daysInMonth(year: year, month: month) { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
        #expect(year == 2400 && month == 1 && day == 1)
    }

    @Test func `centuries leap only every 400 years`() {
        #expect(CivilDate.isLeap(2000) && CivilDate.isLeap(2024) && CivilDate.isLeap(0) && CivilDate.isLeap(-4))
        #expect(!CivilDate.isLeap(1900) && !CivilDate.isLeap(2100) && !CivilDate.isLeap(2023))
    }
}
