/// `pg_settings`: every setting of the session.

import LodeCatalog
import LodeCore

enum PgSettings: SystemRelation {
    static let name = "pg_settings"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        SettingDefinition.all.sorted { $0.name < $1.name }.map { setting in
            let value = scope.settings[setting.name], initial = setting.initial(), isSet = scope.settings.isSet(setting.name)
            let type = setting.isList ? "string" : ["on", "off"].contains(initial) ? "bool" : Int(initial) != nil ? "integer" : "string"
            return [
                .text(setting.title), .text(value), .null, .text("Settings"), .text(setting.summary), .null,
                // context, vartype, source, min_val, max_val, enumvals, boot_val, reset_val, sourcefile, sourceline, pending_restart
                .text(setting.isFixed ? "internal" : "user"), .text(type), .text(isSet ? "session" : "default"), .null, .null, .null,
                .text(initial), .text(initial), .null, .null, .no,
            ]
        }
    }
}

extension SettingDefinition {
    /// Whether SET refuses every value, its own included.
    fileprivate var isFixed: Bool {
        do throws(SQLError) {
            _ = try parse(initial())
            return false
        } catch {
            return error.state == .cannotChangeParameter
        }
    }
}
