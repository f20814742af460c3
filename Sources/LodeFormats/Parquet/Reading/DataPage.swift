/// One data page, decompressed and ready to be read from any row on.

import LodeCore
import LodeVectors

/// Values of a page by their number (NULL rows have none), and which rows have one.
///
/// Rows are counted from the page's first one. Reading goes forward only.
final class DataPage {
    enum Form {
        /// Codes of the chunk's dictionary.
        case codes
        /// Stored values of a fixed width.
        case fixed
        /// Bits of PLAIN booleans.
        case bits
        /// Length-prefixed strings.
        case texts
        /// Decoded `StringView`s.
        case views
    }

    let rowCount: Int
    let form: Form
    /// Nil: every row holds a value.
    let nulls: PageNulls?
    /// The values as `form` says.
    let values: PageBytes
    var codes: RunLengthCursor
    var texts: PlainTexts
    /// What text lanes of this page point into.
    let owners: [AnyObject]
    /// Whether every text of the page is known to be well-formed.
    let isChecked: Bool

    init(
        rowCount: Int, form: Form, nulls: PageNulls?, values: PageBytes, codes: RunLengthCursor? = nil, texts: PlainTexts? = nil,
        owners: [AnyObject], isChecked: Bool = true
    ) {
        self.rowCount = rowCount
        self.form = form
        self.nulls = nulls
        self.values = values
        self.codes = codes ?? RunLengthCursor(count: 0, width: 0)
        self.texts = texts ?? PlainTexts(count: 0)
        self.owners = owners
        self.isChecked = isChecked
    }
}
