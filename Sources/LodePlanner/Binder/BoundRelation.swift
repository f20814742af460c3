/// What an element of FROM gives.

import LodePlan

/// Something in FROM: its rows and what its columns are called.
struct BoundRelation {
    var plan: LogicalPlan
    var from: FromScope
}
