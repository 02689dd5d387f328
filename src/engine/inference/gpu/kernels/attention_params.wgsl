// Parameters of attention. Strides and offsets count values.

struct Params {
    tokens: u32,
    heads: u32,
    // Queries of a sequence.
    queries: u32,
    // From the queries of one sequence to those of the next; 0 where all share them.
    q_sequence: u32,
    q_stride: u32,
    q_offset: u32,
    kv_stride: u32,
    k_offset: u32,
    v_offset: u32,
    out_stride: u32,
    scale: f32,
    // Sequences, and groups of queries, that other dispatches compute.
    first_sequence: u32,
    first_group: u32,
}

