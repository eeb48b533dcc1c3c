//! Sessions go on with each successor, and end with the first copy; mailed tokens are good once and in
//! time.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::mailed::{Answer, MailedPurpose, MailedToken, Wish};
use domain::session::{Client, GRACE, LIFETIME, MOST_TOKENS, Refreshed, SecretHash, Session};
use domain::user::{User, UserStatus};
use domain::{Email, SessionId, Timestamp, UserId, id::MailedTokenId};
use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};

use crate::given::{now, person};

fn ada() -> User {
    let email = Email::parse("ada@example.com").unwrap();
    User::register(UserId::from_u128(1), email, person("Ada"), None, now())
}

fn client() -> Client {
    Client {
        agent: Some("curl".to_owned()),
        address: "203.0.113.1".to_owned(),
    }
}

fn token(number: usize) -> SecretHash {
    SecretHash::of(format!("token {number}"))
}

fn after(seconds: u64) -> Timestamp {
    now().plus(Duration::from_secs(seconds))
}

fn session() -> Session {
    Session::open(SessionId::from_u128(2), &ada(), client(), token(0), now())
}

fn refreshed(session: &Session, from: usize, to: usize, at: Timestamp) -> Refreshed {
    session.refresh(&ada(), client(), &token(from), token(to), at)
}

#[track_caller]
fn renewed(session: &Session, from: usize, to: usize, at: Timestamp) -> Session {
    match refreshed(session, from, to, at) {
        Refreshed::Renewed(session) => session,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_token_gives_the_next() {
    let mut session = session();
    for step in 0..50 {
        let at = after(60 * (step as u64 + 1));
        session = renewed(&session, step, step + 1, at);
        assert_eq!(session.last_used_at, at);
        assert_eq!(session.expires_at(), at.plus(LIFETIME));
        assert_eq!(session.version, step as u64 + 2);
        assert_eq!(session.created_at, now());
    }
}

#[test]
fn two_tabs_that_refresh_at_once_both_go_on() {
    let first = renewed(&session(), 0, 1, after(60));
    let both = renewed(&first, 0, 2, after(69));
    let one = renewed(&both, 1, 3, after(3600));
    let other = renewed(&one, 2, 4, after(3700));
    renewed(&other, 3, 5, after(7200));
    renewed(&other, 4, 6, after(7200));
}

#[test]
fn a_copy_ends_the_session_for_both_sides() {
    let first = renewed(&session(), 0, 1, after(60));
    assert!(matches!(
        refreshed(&first, 0, 2, after(69)),
        Refreshed::Renewed(_)
    ));
    assert_eq!(refreshed(&first, 0, 2, after(70)), Refreshed::Replayed);
}

#[test]
fn the_grace_is_not_stretched_by_use() {
    let once = renewed(&session(), 0, 1, after(60));
    let twice = renewed(&once, 0, 2, after(69));
    assert_eq!(refreshed(&twice, 0, 3, after(70)), Refreshed::Replayed);
}

#[test]
fn a_session_ends_when_it_is_not_used_and_when_its_account_cannot_be() {
    let last = now().plus(LIFETIME);
    let just = last.minus(Duration::from_millis(1));
    assert!(matches!(
        refreshed(&session(), 0, 1, just),
        Refreshed::Renewed(_)
    ));
    assert_eq!(refreshed(&session(), 0, 1, last), Refreshed::Over);
    let suspended = User {
        status: UserStatus::Suspended,
        ..ada()
    };
    assert!(!session().is_live(&suspended, after(1)));
}

#[test]
fn a_new_password_leaves_only_the_session_it_was_changed_in() {
    let (kept, other) = (session(), session());
    let changed = ada().without_sessions(after(60));
    assert!(!other.is_live(&changed, after(60)));
    assert!(kept.carried_over(&changed).is_live(&changed, after(60)));
    // What counts is the account that was read, whatever the clocks say.
    for at in [after(58), after(60), after(62)] {
        let open = |user| Session::open(SessionId::from_u128(3), user, client(), token(9), at);
        assert!(open(&changed).is_live(&changed, after(63)));
        assert!(!open(&ada()).is_live(&changed, after(63)));
    }
}

#[test]
fn the_oldest_token_is_forgotten_when_there_are_too_many() {
    let mut session = session();
    for tab in 1..=MOST_TOKENS {
        session = renewed(&session, 0, tab, after(60));
    }
    assert_eq!(session.tokens.len(), MOST_TOKENS);
    assert_eq!(refreshed(&session, 0, 99, after(60)), Refreshed::Replayed);
    renewed(&session, 1, 99, after(60));
}

#[test]
fn a_mailed_token_is_good_until_its_time_is_over() {
    let sent = mailed(&Email::parse("ada@example.com").unwrap(), 0);
    assert!(sent.is_good(sent.id, &token(1), after(3599)));
    assert!(!sent.is_good(sent.id, &token(1), after(3600)));
    assert!(!sent.is_good(sent.id, &token(2), now()));
    assert!(!sent.is_good(MailedTokenId::from_u128(2), &token(1), now()));
    assert!(!sent.spent(now()).is_good(sent.id, &token(1), now()));
    let day = Duration::from_secs(24 * 60 * 60);
    assert_eq!(MailedPurpose::EmailVerification.lifetime(), day);
}

#[test]
fn a_wish_is_answered_once_and_never_out_of_its_time() {
    let address = Email::parse("ada@example.com").unwrap();
    let wish = |number: u64| Wish {
        id: MailedTokenId::from_u128(u128::from(number)),
        at: after(number),
    };
    let answer = |wish: Wish, before: Option<&MailedToken>, seconds: u64| {
        let purpose = MailedPurpose::PasswordReset;
        wish.answer(before, purpose, &address, after(seconds))
    };
    assert_eq!(answer(wish(0), None, 3599), Answer::Anew);
    assert_eq!(answer(wish(0), None, 3600), Answer::Nothing);
    let sent = mailed(&address, 100);
    for (asked, seconds, expected) in [
        (100, 200, Answer::Nothing),
        (99, 200, Answer::Nothing),
        (150, 159, Answer::Nothing),
        (150, 160, Answer::Again),
        (150, 1900, Answer::Again),
        (150, 1901, Answer::Anew),
    ] {
        assert_eq!(
            answer(wish(asked), Some(&sent), seconds),
            expected,
            "{asked} at {seconds}"
        );
    }
    let again = sent.sent_again(wish(300).id, after(300));
    assert_eq!(answer(wish(250), Some(&again), 400), Answer::Nothing);
    let spent = sent.spent(after(500));
    assert_eq!(answer(wish(500), Some(&spent), 600), Answer::Nothing);
    assert_eq!(answer(wish(501), Some(&spent), 600), Answer::Anew);
    let moved = MailedToken {
        address: Email::parse("ada@old.example.com").unwrap(),
        ..sent
    };
    assert_eq!(answer(wish(150), Some(&moved), 200), Answer::Anew);
}

/// A token that was sent so many seconds on.
fn mailed(address: &Email, seconds: u64) -> MailedToken {
    let id = MailedTokenId::from_u128(u128::from(seconds));
    MailedToken {
        id,
        user: UserId::from_u128(1),
        purpose: MailedPurpose::PasswordReset,
        hash: token(1),
        address: address.clone(),
        issued_at: after(seconds),
        sent_at: after(seconds),
        wish: id,
        spent_at: None,
    }
}

#[derive(Debug, Clone)]
enum Op {
    Wait(u64),
    Use(prop::sample::Index),
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        1 => (0_u64..15_000).prop_map(Op::Wait),
        3 => any::<prop::sample::Index>().prop_map(Op::Use),
    ];
    prop::collection::vec(op, 1..MOST_TOKENS)
}

#[test]
fn a_session_lives_thirty_days_after_its_last_use() {
    assert_eq!(LIFETIME.as_secs(), 2_592_000);
}

#[test]
fn a_session_is_shown_as_the_client_that_used_it_last() {
    let phone = Client {
        agent: Some("phone".to_owned()),
        address: "198.51.100.7".to_owned(),
    };
    let at = after(60);
    let refreshed = session().refresh(&ada(), phone, &token(0), token(1), at);
    let Refreshed::Renewed(renewed) = refreshed else {
        panic!("{refreshed:?}");
    };
    assert_eq!(renewed.agent.as_deref(), Some("phone"));
    assert_eq!(renewed.address, "198.51.100.7");
}

#[test]
fn a_session_that_is_carried_over_is_written_as_a_new_one() {
    let used = renewed(&session(), 0, 1, after(60));
    assert_eq!(used.version, 2);
    let changed = ada().without_sessions(after(60));
    let carried = used.carried_over(&changed);
    assert_eq!((carried.epoch, carried.version), (changed.epoch, 1));
}

#[test]
fn a_hash_and_a_token_that_is_sent_again_are_what_they_say() {
    assert_eq!(SecretHash::of("abc").as_str(), "abc");
    let sent = mailed(&Email::parse("ada@example.com").unwrap(), 0);
    let again = sent.sent_again(MailedTokenId::from_u128(9), after(5));
    assert_eq!(
        again,
        MailedToken {
            sent_at: after(5),
            wish: MailedTokenId::from_u128(9),
            ..sent
        }
    );
}

proptest! {
    #[test]
    fn a_token_is_good_before_its_first_use_and_for_the_grace_after(ops in ops()) {
        let mut session = session();
        let mut used: BTreeMap<usize, Timestamp> = BTreeMap::new();
        let (mut given, mut at) = (1, now());
        for op in ops {
            let pick = match op {
                Op::Wait(millis) => {
                    at = at.plus(Duration::from_millis(millis));
                    continue;
                }
                Op::Use(pick) => pick.index(given),
            };
            let good = used.get(&pick).is_none_or(|first| at < first.plus(GRACE));
            match refreshed(&session, pick, given, at) {
                Refreshed::Renewed(next) => {
                    prop_assert!(good);
                    used.entry(pick).or_insert(at);
                    given += 1;
                    prop_assert_eq!(next.version, session.version + 1);
                    session = next;
                }
                Refreshed::Replayed => {
                    prop_assert!(!good);
                    return Ok(());
                }
                Refreshed::Over => prop_assert!(false, "a live session was over"),
            }
            prop_assert!(session.tokens.len() <= MOST_TOKENS);
        }
    }
}
