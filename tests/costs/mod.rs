//! What every operation is billed for, to the last unit, and what that makes in dollars: the tables of
//! docs/costs.md are made here, and hold.

mod book;
mod months;
mod operations;
mod page;
mod prices;

pub(crate) use book::billed;

/// The order that everything else is compared with.
const WHOLE_ORDER: &str = "a whole order of 3 lines";
const IDLE_DAY: &str = "a day without any request";

/// How the page is made anew.
const ANEW: &str = "UPDATE_COSTS=1 cargo test --test souk every_operation_has_a_price";

#[tokio::test(start_paused = true)]
async fn every_operation_has_a_price() {
    let book = operations::all().await;
    let tables = page::tables(&book);
    if std::env::var_os("UPDATE_COSTS").is_some() {
        page::write(&tables);
        return;
    }
    let page = page::read();
    let mut changed = Vec::new();
    for (name, table) in tables {
        let written = page::lines_by_name(&page::table_of(&page, name));
        let measured = page::lines_by_name(&table);
        for (line, is) in &measured {
            let was = written.get(line).map_or("nothing\n", String::as_str);
            if is != was {
                changed.push(format!("{line}\n  was {was}  is  {is}"));
            }
        }
        let gone = written.keys().filter(|line| !measured.contains_key(*line));
        changed.extend(gone.map(|line| format!("{line}\n  is not there any more\n")));
    }
    assert!(
        changed.is_empty(),
        "other prices than docs/costs.md says:\n\n{}\nIf that is meant: {ANEW}",
        changed.join("\n")
    );
}
