//! The program.
fn main() {
    println!(
        "{}",
        serde_json::to_string_pretty(&werkstadt_api::app::published().unwrap()).unwrap()
    );
    werkstadt_api::app::contract().unwrap();
}
