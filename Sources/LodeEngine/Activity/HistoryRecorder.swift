/// Writes what statements report into the history.

import LodeCatalog
import LodeCore

struct HistoryRecorder: StatementObserver {
    let history: QueryHistory

    func ended(_ report: StatementReport) {
        let receipt = report.receipt
        history.append(
            HistoryEntry(
                text: report.text, role: report.session.user, clientAddress: report.session.client.address,
                applicationName: report.session.applicationName, session: report.session.process, began: report.began,
                elapsedNanoseconds: report.elapsedNanoseconds, state: report.outcome.rawValue, tag: report.tag, rows: receipt.rows,
                bytesRead: receipt.bytesRead, filesRead: receipt.filesRead, filesPruned: receipt.filesPruned,
                memoryPeak: receipt.memoryPeak, errorState: report.error?.state.rawValue, errorMessage: report.message))
    }
}

extension Engine {
    /// From here on, statements are written down in the warehouse's history. Call `flushHistory` before the process ends.
    package func keepHistory() { observe(HistoryRecorder(history: history)) }

    /// Writes what is not yet on disk.
    package func flushHistory() { history.flush() }

    /// Statements that could not be written into the history.
    package var lostHistory: Int { history.lost }
}
