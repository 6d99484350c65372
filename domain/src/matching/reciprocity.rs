//! Reciprocity: where both sides have wishes, both must fit.

/// The harmonic mean of both directions, R = 2pq/(p+q): low as soon as one of them is (Pizzato et al., RECON, 2010).
pub fn combine(p: f64, q: f64) -> f64 {
    if p > 0.0 && q > 0.0 { 2.0 * p * q / (p + q) } else { 0.0 }
}

/// By what to multiply the contributions of each direction so that all of them add up to [`combine`]: each gives half.
pub fn scales(p: f64, q: f64) -> (f64, f64) {
    let both = combine(p, q);
    let half = |score: f64| if score > 0.0 { both / 2.0 / score } else { 0.0 };
    (half(p), half(q))
}

/// No `q` lifts a candidate above this, so that the other direction need not be looked at where it cannot matter.
pub fn most(p: f64) -> f64 {
    // Where the candidate has no wishes the score is p itself, which is less than 2p/(1+p).
    2.0 * p / (1.0 + p)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn halves_add_up_and_the_bound_holds(p in 0.0..=1.0_f64, q in 0.0..=1.0_f64) {
            let (a, b) = scales(p, q);
            prop_assert!((a * p + b * q - combine(p, q)).abs() < 1e-12);
            prop_assert!(combine(p, q) <= most(p) + 1e-12);
            prop_assert!(p <= most(p) + 1e-12);
            prop_assert!(combine(p, q) <= p.max(q) + 1e-12);
        }
    }
}
