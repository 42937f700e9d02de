//! The mark of the console.

use leptos::prelude::*;

/// The mark of the console.
#[component]
pub fn BrandMark() -> impl IntoView {
    view! {
        <svg class="brand-mark" viewBox="0 0 22 22" aria-hidden="true">
            <rect width="22" height="22" rx="6" fill="currentColor"></rect>
            <path class="page" d="M5.5 6.5h5v1.7h-5zM5.5 10.2h5v1.7h-5zM5.5 13.9h5v1.7h-5z"></path>
            <path class="tick" d="M12.6 11.2l2 2 3-4.6" fill="none" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"></path>
        </svg>
    }
}
