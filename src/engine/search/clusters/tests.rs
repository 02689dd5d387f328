use super::*;

const DIM: usize = 16;

/// Photos around a few directions, and words with exactly these directions.
fn photos(count: usize, each: usize) -> (Vec<f16>, Embeddings) {
    let mut seed = 7u32;
    let mut noise = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as f32 / 8_388_608.0 - 1.0
    };
    let direction =
        |n: usize, v: usize| f32::from(u8::from(n == v)) + 0.6 * f32::from(u8::from(v == DIM - 1));
    let mut values = Vec::new();
    for n in 0..count * each {
        let mut vector: Vec<f32> = (0..DIM)
            .map(|v| direction(n % count, v) + 0.1 * noise())
            .collect();
        normalise(&mut vector);
        values.extend(vector.into_iter().map(f16::from_f32));
    }
    let words = (0..DIM).flat_map(|n| (0..DIM).map(move |v| f32::from(u8::from(n == v))));
    let words = Embeddings {
        dim: DIM,
        values: words.collect(),
    };
    (values, words)
}

fn find_clusters(count: usize, each: usize) -> Vec<Cluster> {
    let (values, vectors) = photos(count, each);
    let names: Vec<String> = (0..DIM).map(|n| format!("word {n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let vocabulary = Vocabulary {
        words: &names,
        vectors: &vectors,
    };
    let rows: Vec<u32> = (0..).take(count * each).collect();
    let rule = ClusterRule::default();
    find(&rows, &values, DIM, &vocabulary, &rule, &Cancel::default()).expect("not cancelled")
}

#[test]
fn the_number_of_clusters_follows_from_the_photos_and_each_has_its_word() {
    for count in [3, 6, 9] {
        let found = find_clusters(count, 40);
        assert_eq!(found.len(), count);
        let mut named: Vec<usize> = found.iter().map(|cluster| cluster.words[0]).collect();
        for cluster in &found {
            assert_eq!(cluster.photos.len(), 40);
            assert!(
                cluster
                    .photos
                    .iter()
                    .all(|photo| photo % count == cluster.words[0])
            );
        }
        named.sort_unstable();
        assert_eq!(named, (0..count).collect::<Vec<_>>());
    }
}

#[test]
fn the_same_photos_give_the_same_clusters_on_any_number_of_threads() {
    let alone = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .expect("a pool");
    let many = rayon::ThreadPoolBuilder::new()
        .num_threads(4)
        .build()
        .expect("a pool");
    assert_eq!(
        alone.install(|| find_clusters(7, 50)),
        many.install(|| find_clusters(7, 50))
    );
}

#[test]
fn a_few_photos_make_no_cluster_and_missing_rows_are_left_out() {
    let (values, vectors) = photos(2, 10);
    let vocabulary = Vocabulary {
        words: &["a"; DIM],
        vectors: &vectors,
    };
    let rule = ClusterRule::default();
    let find = |rows: &[u32]| find(rows, &values, DIM, &vocabulary, &rule, &Cancel::default());
    assert_eq!(find(&[0, 1, 2]), Some(Vec::new()));
    assert_eq!(find(&[]), Some(Vec::new()));
    let mut rows: Vec<u32> = (0..20).collect();
    rows.push(u32::MAX);
    let found = find(&rows).expect("not cancelled");
    assert_eq!(
        found
            .iter()
            .map(|cluster| cluster.photos.len())
            .sum::<usize>(),
        20
    );
}

#[test]
fn groups_that_take_turns_are_all_found_in_a_sample() {
    // A third of the photos is sampled. Every third photo would be of the same two of the six groups.
    assert_eq!(find_clusters(6, 10_000).len(), 6);
}
