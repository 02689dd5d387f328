//! Replaces dictionary-encoded columns, such as the categories of pandas, by plain ones. Pictures are located by plain
//! values, and a file in Arrow's format allows a column only one dictionary, while a table may have one per row group.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, FieldRef, Schema, SchemaRef};
use arrow_select::take::take;

/// The schema with plain columns instead of the dictionary-encoded ones that are `replaced`, by name.
pub fn plain_schema(schema: &Schema, replaced: impl Fn(&str) -> bool) -> SchemaRef {
    let plain = |field: &FieldRef| match field.data_type() {
        DataType::Dictionary(_, values) if replaced(field.name()) => {
            let field = field.as_ref().clone();
            Arc::new(field.with_data_type(values.as_ref().clone()))
        }
        _ => field.clone(),
    };
    let fields: Vec<FieldRef> = schema.fields().iter().map(plain).collect();
    Arc::new(Schema::new(fields))
}

/// The batch with the columns of a [`plain_schema`].
///
/// # Errors
/// Returns an error if the columns do not fit.
pub fn plain_batch(schema: &SchemaRef, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let plain = |(column, field): (&ArrayRef, &FieldRef)| match column.as_any_dictionary_opt() {
        Some(encoded) if column.data_type() != field.data_type() => {
            take(encoded.values(), encoded.keys(), None)
        }
        _ => Ok(column.clone()),
    };
    let columns = batch.columns().iter().zip(schema.fields()).map(plain);
    let columns = columns.collect::<Result<Vec<ArrayRef>, ArrowError>>()?;
    RecordBatch::try_new(schema.clone(), columns)
}

#[cfg(test)]
mod tests {
    use arrow_array::types::Int8Type;
    use arrow_array::{DictionaryArray, StringArray};
    use arrow_schema::Field;

    use super::*;

    #[test]
    fn encoded_columns_become_plain_with_their_nulls() {
        let encoded: DictionaryArray<Int8Type> = [Some("b"), None, Some("a"), Some("b")]
            .into_iter()
            .collect();
        let kind = encoded.data_type().clone();
        let fields = ["path", "kind"].map(|name| Field::new(name, kind.clone(), true));
        let schema = Arc::new(Schema::new(fields.to_vec()));
        let column: ArrayRef = Arc::new(encoded);
        let batch = RecordBatch::try_new(schema.clone(), vec![column.clone(), column.clone()]);
        let only_path = plain_schema(&schema, |name| name == "path");
        let plain = plain_batch(&only_path, &batch.expect("a batch")).expect("plain");
        let wanted = StringArray::from(vec![Some("b"), None, Some("a"), Some("b")]);
        assert_eq!(plain.column(0).as_string::<i32>(), &wanted);
        assert_eq!(plain.column(1), &column);
    }
}
