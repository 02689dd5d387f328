//! Copies the readable rows of a damaged database.

use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};

/// Copies all readable rows of `tables`, each given with its sort key, to a new database, if `is_read` accepts the
/// damaged database's schema version. Unreadable rows are lost; rows with altered values are detected later by their
/// checksums.
pub fn salvage(
    damaged: &Path,
    new: &mut Connection,
    is_read: impl Fn(i64) -> bool,
    tables: &[(&str, &str)],
) {
    let Ok(old) = Connection::open_with_flags(damaged, OpenFlags::SQLITE_OPEN_READ_WRITE) else {
        return;
    };
    let version = old.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
    if !version.is_ok_and(is_read) {
        return;
    }
    for (table, keys) in tables {
        copy_table(&old, new, table, keys);
    }
}

/// Copies a table from both ends, so that a damaged page in the middle costs only its own rows.
pub fn copy_table(old: &Connection, new: &mut Connection, table: &str, keys: &str) {
    let backwards = keys.replace(',', " DESC,") + " DESC";
    for order in [keys, &backwards] {
        let complete = new.transaction().and_then(|transaction| {
            let complete = copy_rows(old, &transaction, table, order);
            transaction.commit().map(|()| complete)
        });
        if complete.unwrap_or(false) {
            return;
        }
    }
}

/// Copies rows until one cannot be read; returns whether the end was reached.
fn copy_rows(old: &Connection, new: &Connection, table: &str, order: &str) -> bool {
    let Ok(mut query) = old.prepare(&format!("SELECT * FROM {table} ORDER BY {order}")) else {
        return false;
    };
    let columns = query.column_count();
    let names = query.column_names().collect::<Vec<_>>().join(", ");
    let places = vec!["?"; columns].join(", ");
    let insert = format!("INSERT OR IGNORE INTO {table} ({names}) VALUES ({places})");
    let Ok(mut rows) = query.query([]) else {
        return false;
    };
    loop {
        let row = match rows.next() {
            Ok(Some(row)) => row,
            Ok(None) => return true,
            Err(_) => return false,
        };
        let values: rusqlite::Result<Vec<Value>> = (0..columns).map(|at| row.get(at)).collect();
        // Rows with values of other types violate the table's constraints and are dropped.
        if let (Ok(values), Ok(mut insert)) = (values, new.prepare_cached(&insert)) {
            let _ = insert.execute(params_from_iter(values));
        }
    }
}
