// Parameters of attention. Strides and offsets are in values.

struct Params {
    tokens: u32,
    heads: u32,
    // Queries per sequence.
    queries: u32,
    // Distance between the queries of consecutive sequences; 0 if all share them.
    q_sequence: u32,
    q_stride: u32,
    q_offset: u32,
    kv_stride: u32,
    k_offset: u32,
    v_offset: u32,
    out_stride: u32,
    scale: f32,
    // Number of sequences, and of groups of queries, computed by other dispatches.
    first_sequence: u32,
    first_group: u32,
}

