//! What a key has done is asked for before anything is refused.

use super::*;

/// Cancels order 7 in this status with a key that is asked for so many times, and has cancelled it or
/// not.
async fn cancel_again(order: OwnedOrder, is_known: bool) -> Result<Done<Order>, OrderError> {
    let mut ports = Ports::default();
    let recall = ports.ledger.expect_recall().once();
    recall.withf(|user, key, at| (*user, key, *at) == (n(1), &idempotency(), now()));
    recall.returning(move |_, _, _| Ok(is_known.then(|| Made::Order(super::order(Cancelled, 3)))));
    service(ports).cancel(order, with_key(1)).await
}

#[tokio::test]
async fn a_retry_is_answered_as_then_whatever_has_become_of_the_order_and_its_tag() {
    for order in [owned(Cancelled, None), owned(Shipped, None), owned(Pending, Some(&[4]))] {
        assert_eq!(cancel_again(order, true).await.unwrap(), Done::Before(order_then()));
    }
}

fn order_then() -> Order {
    order(Cancelled, 3)
}

#[tokio::test]
async fn an_unknown_key_hides_no_refusal_and_a_no_op_keeps_none() {
    let refused = cancel_again(owned(Shipped, None), false).await;
    assert!(matches!(refused, Err(OrderError::NotAllowed(_))), "{refused:?}");
    let refused = cancel_again(owned(Pending, Some(&[4])), false).await;
    assert!(matches!(refused, Err(OrderError::Changed)), "{refused:?}");
    assert_eq!(cancel_again(owned(Cancelled, None), false).await.unwrap(), Done::Now(order(Cancelled, 5)));
}

#[tokio::test]
async fn the_key_goes_with_the_commit() {
    let mut ports = Ports::default();
    let commit = ports.ledger.expect_commit().once();
    commit.withf(|work| work.made_by == Some(idempotency()) && work.now == now()).returning(store);
    let done = service(ports).cancel(owned(Pending, None), with_key(1)).await.unwrap();
    assert_eq!(done.made().status(), Cancelled);
}
