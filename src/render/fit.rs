//! Which columns of a table fit, and how wide they become.

/// What may happen to a column that is too wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Want {
    /// Columns of the terminal it would like.
    pub(super) width: usize,
    /// The least it can be cut to; equal to `width` for numbers.
    pub(super) least: usize,
    /// Whether it may be left out.
    pub(super) is_optional: bool,
}

/// Blanks between columns.
pub(super) const GAP: usize = 2;

/// Returns the width of every column, `None` for those left out.
///
/// First text is cut, the widest column first; if that is not enough, optional columns go, the last one first.
pub(super) fn fit(wants: &[Want], room: usize) -> Vec<Option<usize>> {
    let mut is_kept = vec![true; wants.len()];
    while total(wants, &is_kept, |want| want.least) > room {
        let droppable = |index: &usize| is_kept[*index] && wants[*index].is_optional;
        let Some(last) = (0..wants.len()).rev().find(droppable) else { break };
        is_kept[last] = false;
    }
    let mut widths: Vec<usize> = wants.iter().map(|want| want.width).collect();
    let mut excess = total(wants, &is_kept, |want| want.width).saturating_sub(room);
    while excess > 0 {
        let cuttable = |index: &usize| is_kept[*index] && widths[*index] > wants[*index].least;
        let Some(widest) = (0..wants.len()).filter(cuttable).max_by_key(|index| widths[*index]) else { break };
        widths[widest] -= 1;
        excess -= 1;
    }
    widths.into_iter().zip(is_kept).map(|(width, is_kept)| is_kept.then_some(width)).collect()
}

fn total(wants: &[Want], is_kept: &[bool], width: impl Fn(&Want) -> usize) -> usize {
    let kept = wants.iter().zip(is_kept).filter(|(_, is_kept)| **is_kept);
    kept.map(|(want, _)| width(want) + GAP).sum::<usize>().saturating_sub(GAP)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(width: usize) -> Want {
        Want { width, least: width, is_optional: false }
    }

    fn text(width: usize) -> Want {
        Want { width, least: width.min(10), is_optional: false }
    }

    #[test]
    fn text_is_cut_before_columns_are_left_out() {
        let optional = Want { is_optional: true, ..number(8) };
        let wants = [number(6), optional, optional, text(40)];
        assert_eq!(fit(&wants, 100), [Some(6), Some(8), Some(8), Some(40)]);
        assert_eq!(fit(&wants, 40), [Some(6), Some(8), Some(8), Some(12)]);
        assert_eq!(fit(&wants, 30), [Some(6), Some(8), None, Some(12)]);
        assert_eq!(fit(&wants, 5), [Some(6), None, None, Some(10)]);
    }

    proptest! {
        #[test]
        fn the_table_fits_where_it_can_and_numbers_are_never_cut(
            widths in prop::collection::vec((1usize..60, any::<bool>(), any::<bool>()), 1..8),
            room in 0usize..200,
        ) {
            let wants: Vec<Want> = widths
                .iter()
                .map(|(width, is_text, is_optional)| Want {
                    width: *width,
                    least: if *is_text { (*width).min(10) } else { *width },
                    is_optional: *is_optional,
                })
                .collect();
            let fitted = fit(&wants, room);
            let used = fitted.iter().flatten().map(|width| width + GAP).sum::<usize>().saturating_sub(GAP);
            let needed = wants.iter().filter(|want| !want.is_optional).map(|want| want.least + GAP).sum::<usize>();
            prop_assert!(used <= room.max(needed.saturating_sub(GAP)));
            for (want, width) in wants.iter().zip(&fitted) {
                prop_assert!(width.is_some() || want.is_optional);
                prop_assert!(width.is_none_or(|width| width >= want.least && width <= want.width));
            }
        }
    }
}
