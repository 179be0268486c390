//! What is with the customer while another part is not.

use super::*;

#[test]
fn what_is_out_is_delivered_while_another_part_has_not_left() {
    let order = planned(shipped(shipped(two_lines(), &[part(0, 1)]), &[part(0, 1)]), &[part(1, 1)]);
    let Ok(Step::Changed(changed)) = order.advance(Delivered, at(30)) else { panic!("nothing arrives") };
    let Happening::Moved(became) = changed.what() else { panic!("{:?}", changed.what()) };
    assert_eq!(
        (became.from, became.to, became.fulfillment),
        (Processing, Processing, Fulfillment::PartiallyDelivered)
    );
    let order = changed.into_order();
    assert_eq!(statuses(&order), ["delivered", "delivered", "planned"]);
    assert_eq!((order.status(), order.allowed()), (Processing, vec![Shipped]));
    // Nothing more is on its way.
    let again = order.clone().advance(Delivered, at(40)).unwrap_err();
    assert_eq!(again.to_string(), "the order is processing and cannot become delivered");
    let order =
        order.advance(Shipped, at(50)).unwrap().into_order().advance(Delivered, at(60)).unwrap().into_order();
    assert_eq!((order.status(), order.fulfillment()), (Delivered, Fulfillment::Delivered));
}
